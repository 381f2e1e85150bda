"""Which cameras and microphones Windows has just now, read from its registry, which costs next to nothing. Any thread.

Tested against a copy of the registry's layout; it has not run on Windows yet. What the values mean:
https://learn.microsoft.com/windows-hardware/drivers/install/overview-of-device-interface-classes
https://learn.microsoft.com/windows/win32/coreaudio/device-state-xxx-constants
"""

from capture.registry import Registry

_MICROPHONES = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\MMDevices\Audio\Capture"
_CAMERAS = r"HKLM\SYSTEM\CurrentControlSet\Control\DeviceClasses\{e5323777-f976-4f5b-9b55-b94699c46e44}"
"""KSCATEGORY_VIDEO_CAMERA, which Media Foundation lists; infrared cameras for signing in are not among them."""
_DEVICES = r"HKLM\SYSTEM\CurrentControlSet\Enum"


def microphone_sign(registry: Registry) -> tuple[object, ...]:
    """Each microphone that was ever there: active (1), disabled (2), gone (4) or unplugged (8)."""
    return tuple(
        (endpoint, registry.value(rf"{_MICROPHONES}\{endpoint}", "DeviceState"))
        for endpoint in registry.subkeys(_MICROPHONES)
    )


def camera_names(registry: Registry) -> tuple[str, ...]:
    """The human names of the cameras that are plugged in, in no order that means anything."""
    plugged = [key for key in registry.subkeys(_CAMERAS) if _is_linked(registry, rf"{_CAMERAS}\{key}")]
    return tuple(_name(registry, rf"{_CAMERAS}\{key}") for key in plugged)


def _is_linked(registry: Registry, key: str) -> bool:
    """The interface is enabled: its device is there and started."""
    return any(registry.value(rf"{key}\{part}\Control", "Linked") == 1 for part in registry.subkeys(key))


def _name(registry: Registry, key: str) -> str:
    device = registry.value(key, "DeviceInstance")
    for value in ("FriendlyName", "DeviceDesc"):
        name = registry.value(rf"{_DEVICES}\{device}", value)
        if isinstance(name, str) and name:
            return name.rpartition(";")[2]  # '@oem12.inf,%device%;HD Webcam'
    return "Camera"
