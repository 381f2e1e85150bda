"""The part of python-sounddevice 0.5 that the app uses: streams with a callback, and the lists of devices."""

from collections.abc import Callable
from types import TracebackType
from typing import Any, Literal, Self, TypedDict, overload

from numpy.typing import NDArray

class DeviceInfo(TypedDict):
    name: str
    index: int
    hostapi: int
    max_input_channels: int
    max_output_channels: int
    default_low_input_latency: float
    default_low_output_latency: float
    default_high_input_latency: float
    default_high_output_latency: float
    default_samplerate: float

class HostApiInfo(TypedDict):
    name: str
    devices: list[int]
    default_input_device: int
    default_output_device: int

class DeviceList(tuple[DeviceInfo, ...]): ...

class CallbackFlags:
    input_underflow: bool
    input_overflow: bool
    output_underflow: bool
    output_overflow: bool
    priming_output: bool
    def __bool__(self) -> bool: ...

class CallbackTime:
    """PortAudio's PaStreamCallbackTimeInfo, seconds of the stream's own clock. A name of this stub alone: quote it."""

    inputBufferAdcTime: float
    currentTime: float
    outputBufferDacTime: float

class WasapiSettings:
    def __init__(self, exclusive: bool = ..., auto_convert: bool = ...) -> None: ...

class PortAudioError(Exception):
    args: tuple[Any, ...]

class CallbackStop(Exception): ...
class CallbackAbort(Exception): ...

Device = int | str | None
Latency = float | Literal["low", "high"] | None
Callback = Callable[[NDArray[Any], int, CallbackTime, CallbackFlags], None]

class _StreamBase:
    @property
    def samplerate(self) -> float: ...
    @property
    def blocksize(self) -> int: ...
    @property
    def device(self) -> int: ...
    @property
    def channels(self) -> int: ...
    @property
    def dtype(self) -> str: ...
    @property
    def latency(self) -> float: ...
    @property
    def active(self) -> bool: ...
    @property
    def stopped(self) -> bool: ...
    @property
    def closed(self) -> bool: ...
    @property
    def time(self) -> float: ...
    @property
    def cpu_load(self) -> float: ...
    def start(self) -> None: ...
    def stop(self, ignore_errors: bool = ...) -> None: ...
    def abort(self, ignore_errors: bool = ...) -> None: ...
    def close(self, ignore_errors: bool = ...) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

class InputStream(_StreamBase):
    def __init__(
        self,
        samplerate: float | None = ...,
        blocksize: int | None = ...,
        device: Device = ...,
        channels: int | None = ...,
        dtype: str | None = ...,
        latency: Latency = ...,
        extra_settings: object = ...,
        callback: Callback | None = ...,
        finished_callback: Callable[[], None] | None = ...,
        clip_off: bool | None = ...,
        dither_off: bool | None = ...,
        never_drop_input: bool | None = ...,
        prime_output_buffers_using_stream_callback: bool | None = ...,
    ) -> None: ...
    def read(self, frames: int) -> tuple[NDArray[Any], bool]: ...
    @property
    def read_available(self) -> int: ...

class OutputStream(_StreamBase):
    def __init__(
        self,
        samplerate: float | None = ...,
        blocksize: int | None = ...,
        device: Device = ...,
        channels: int | None = ...,
        dtype: str | None = ...,
        latency: Latency = ...,
        extra_settings: object = ...,
        callback: Callback | None = ...,
        finished_callback: Callable[[], None] | None = ...,
        clip_off: bool | None = ...,
        dither_off: bool | None = ...,
        never_drop_input: bool | None = ...,
        prime_output_buffers_using_stream_callback: bool | None = ...,
    ) -> None: ...
    def write(self, data: NDArray[Any]) -> bool: ...
    @property
    def write_available(self) -> int: ...

@overload
def query_devices(device: None = ..., kind: None = ...) -> DeviceList: ...
@overload
def query_devices(device: int | str, kind: Literal["input", "output"] | None = ...) -> DeviceInfo: ...
@overload
def query_devices(device: None = ..., *, kind: Literal["input", "output"]) -> DeviceInfo: ...
@overload
def query_hostapis(index: None = ...) -> tuple[HostApiInfo, ...]: ...
@overload
def query_hostapis(index: int) -> HostApiInfo: ...
def check_input_settings(
    device: Device = ...,
    channels: int | None = ...,
    dtype: str | None = ...,
    extra_settings: object = ...,
    samplerate: float | None = ...,
) -> None: ...
def check_output_settings(
    device: Device = ...,
    channels: int | None = ...,
    dtype: str | None = ...,
    extra_settings: object = ...,
    samplerate: float | None = ...,
) -> None: ...
def get_portaudio_version() -> tuple[int, str]: ...
def _initialize() -> None: ...
def _terminate() -> None: ...
def _exit_handler() -> None: ...
