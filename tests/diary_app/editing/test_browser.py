"""Renditions in a real browser: every picture is there, across joins too, and it plays to its end."""

from pathlib import Path

import pytest
from selenium.webdriver import Chrome

from diary_app.clip import KeptRange, Preset
from diary_app.editing.render import render, trim
from tests.support.browser import browser, is_installed
from tests.support.decoding import see

KEEP = (KeptRange(0.51, 1.77), KeptRange(2.2, 2.9), KeptRange(3.1, 5.03))

PAGE = "<!doctype html><meta charset=utf-8><video muted src='out.mp4' preload=auto></video><canvas></canvas>"

READ = """
const [times, done] = [arguments[0], arguments[1]];
const video = document.querySelector('video'), canvas = document.querySelector('canvas');
const brush = canvas.getContext('2d', {willReadFrequently: true});
const code = () => {
  canvas.width = video.videoWidth; canvas.height = video.videoHeight;
  brush.drawImage(video, 0, 0);
  const cell = canvas.width / 16, row = Math.floor(canvas.height * 17.5 / 18);
  let index = 0;
  for (let bit = 0; bit < 16; bit++)
    index = index << 1 | (brush.getImageData(Math.floor((bit + 0.5) * cell), row, 1, 1).data[1] > 128);
  return index;
};
(async () => {
  const codes = [];
  for (const time of times) {
    const seeked = new Promise((resolve) => video.addEventListener('seeked', resolve, {once: true}));
    // The place is reached before its picture is shown; a picture that stands already is not shown again.
    const shown = new Promise((resolve) => video.requestVideoFrameCallback(resolve));
    video.currentTime = time;
    await seeked;
    await Promise.race([shown, new Promise((resolve) => setTimeout(resolve, 500))]);
    codes.push(code());
  }
  done(codes);
})().catch((error) => done(String(error)));
"""

PLAY = """
const done = arguments[0], video = document.querySelector('video');
const tell = (why) => done({why, error: video.error && video.error.message, at: video.currentTime, long: video.duration,
                            broken: video.getVideoPlaybackQuality().corruptedVideoFrames});
video.addEventListener('ended', () => tell('ended'), {once: true});
video.addEventListener('error', () => tell('error'), {once: true});
video.currentTime = 0;
video.playbackRate = 2;
video.play().catch((error) => tell(String(error)));
"""


@pytest.mark.skipif(not is_installed(), reason="needs chromium and chromium-driver")
@pytest.mark.parametrize("how", ["cut", "normal", "cut with B-frames"])
def test_a_rendition_in_a_browser(how: str, take: Path, foreign_take: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    if how == "normal":
        render(take, out, keep=KEEP, preset=Preset.NORMAL)
    else:
        trim(take if how == "cut" else foreign_take, out, keep=KEEP)
    seen = see(out)
    (tmp_path / "page.html").write_text(PAGE)
    with browser(flags=("--allow-file-access-from-files",)) as chrome:
        chrome.set_script_timeout(60)
        chrome.get((tmp_path / "page.html").as_uri())
        _shows_every_picture(chrome, seen.indices, seen.times)
        played = chrome.execute_async_script(PLAY)
    assert played["why"] == "ended", played
    assert played["error"] is None
    assert played["broken"] == 0
    assert played["long"] == pytest.approx(seen.times[-1], abs=0.1)


def _shows_every_picture(chrome: Chrome, indices: list[int], times: list[float]) -> None:
    some = slice(0, None, 3)
    moments = [at_s + 0.01 for at_s in times][some]
    assert chrome.execute_async_script(READ, moments) == indices[some]
