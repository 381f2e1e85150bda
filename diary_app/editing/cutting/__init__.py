"""The exact cut: which samples of a take are copied, and how the few others are made anew."""
