"""The admin commands, run by `diary portal COMMAND`."""
