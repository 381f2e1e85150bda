"""Frames that carry their index: a bar code along the bottom, and a flash at the top left every two seconds."""

import numpy as np

from capture.model import Image

FLASH_EVERY = 60
"""Frames from one flash to the next: 2 s at 30 a second."""
BITS = 16


def stamp(image: Image, index: int) -> Image:
    """Draw the index as 16 cells (most significant bit first, white is 1) and the flash into the image; return it."""
    height, width = image.shape[:2]
    cell, top = width // BITS, height - height // 18
    for bit in range(BITS):
        image[top:, bit * cell : (bit + 1) * cell] = 255 if index >> (BITS - 1 - bit) & 1 else 0
    image[: height // 8, : height // 8] = 255 if index % FLASH_EVERY == 0 else 16
    return image


def read_stamp(image: Image) -> tuple[int, bool]:
    """The index and the flash of one decoded frame that stamp() marked, at any size."""
    height, width = image.shape[:2]
    cell, top = width / BITS, height - height // 18
    inset, margin = max(1, int(cell) // 5), max(1, height // 18 // 5)
    grey = image.mean(axis=2)
    index = 0
    for bit in range(BITS):
        left, right = int(bit * cell) + inset, int((bit + 1) * cell) - inset
        index = index << 1 | int(grey[top + margin : height - margin, left:right].mean() > 128)
    corner = height // 8
    return index, bool(grey[corner // 4 : corner * 3 // 4, corner // 4 : corner * 3 // 4].mean() > 128)


def picture(index: int, *, width: int, height: int) -> Image:
    """One stamped frame with movement and grain, so that it costs an encoder something."""
    rows, columns = np.mgrid[0:height, 0:width]
    ramp = (columns * 2 + rows + index * 3) % 256
    grain = np.random.default_rng(index).integers(0, 12, (height, width))
    plane = np.clip(64 + ramp // 2 + grain, 0, 255).astype(np.uint8)
    return stamp(np.ascontiguousarray(np.repeat(plane[:, :, None], 3, axis=2)), index)
