"""Camera and microphone to a durable take. No Qt, no database."""
