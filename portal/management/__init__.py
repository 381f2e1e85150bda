"""Django finds the admin commands in here."""
