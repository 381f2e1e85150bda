"""What the user reads when a camera or a microphone does not start, or stops: whole sentences, for each of the two."""

CAMERA, MICROPHONE = "camera", "microphone"

MISSING = {
    CAMERA: "The camera “{name}” is not plugged in. Plug it in, or choose another one.",
    MICROPHONE: "The microphone “{name}” is not plugged in. Plug it in, or choose another one.",
}
BUSY_WITH = {
    CAMERA: "The camera “{name}” is being used by {who}. Close {who}, then try again.",
    MICROPHONE: "The microphone “{name}” is being used by {who}. Close {who}, then try again.",
}
BUSY_HERE = {
    CAMERA: "The camera “{name}” is being used by this app in another window. Close that window, then try again.",
    MICROPHONE: (
        "The microphone “{name}” is being used by this app in another window. Close that window, then try again."
    ),
}
BUSY = {
    CAMERA: (
        "The camera “{name}” is being used by another program. Close video calls and other programs that use it, "
        "then try again."
    ),
    MICROPHONE: (
        "The microphone “{name}” is being used by another program. Close video calls and other programs that use it, "
        "then try again."
    ),
}
NOT_ALLOWED_WINDOWS = {
    CAMERA: (
        "Windows does not let this app use the camera. Open Start, Settings, Privacy & security, Camera, and switch on "
        "“Let desktop apps access your camera”. Then try again."
    ),
    MICROPHONE: (
        "Windows does not let this app use the microphone. Open Start, Settings, Privacy & security, Microphone, and "
        "switch on “Let desktop apps access your microphone”. Then try again."
    ),
}
NOT_ALLOWED_MAC = {
    CAMERA: (
        "Your Mac does not let this app use the camera. Open System Settings, Privacy & Security, Camera, switch this "
        "app on, then start it again."
    ),
    MICROPHONE: (
        "Your Mac does not let this app use the microphone. Open System Settings, Privacy & Security, Microphone, "
        "switch this app on, then start it again."
    ),
}
NOT_ALLOWED = {
    CAMERA: (
        "The camera “{name}” is there, but you are not allowed to use it on this computer. Ask your IT team to add you "
        "to the group “{group}”."
    ),
    MICROPHONE: (
        "The microphone “{name}” is there, but you are not allowed to use it on this computer. Ask your IT team to add "
        "you to the group “{group}”."
    ),
}
SILENT = {
    CAMERA: "The camera “{name}” does not answer. Unplug it and plug it in again, or choose another one.",
    MICROPHONE: "The microphone “{name}” does not answer. Unplug it and plug it in again, or choose another one.",
}
NOT_STARTING_MAC = (
    "The camera “{name}” does not start. Check that it is plugged in, and that this app is switched on in System "
    "Settings, Privacy & Security, Camera."
)

GOES_ON_WITHOUT = {
    CAMERA: "The camera has stopped. Your recording is safe and goes on with sound alone. Check the camera's plug.",
    MICROPHONE: "The microphone has stopped. Your recording is safe and goes on without sound. Check its plug.",
}
"""One device of an open take is lost, and the other still delivers."""
NOTHING_GOES_ON = {
    CAMERA: (
        "The camera has stopped. Your recording is safe, but nothing is being recorded just now. Check the camera's "
        "plug."
    ),
    MICROPHONE: (
        "The microphone has stopped. Your recording is safe, but nothing is being recorded just now. Check its plug."
    ),
}
LOST_BEFORE = {
    CAMERA: "The camera has stopped. Check its plug, or choose another one.",
    MICROPHONE: "The microphone has stopped. Check its plug, or choose another one.",
}
"""No take is open."""
