"""The check on arrival: is it media, how long, how large, what does it look like. In a child process with limits."""
