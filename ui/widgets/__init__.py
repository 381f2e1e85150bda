"""The pieces that screens are made of: each paints itself from the palette, has a name and shows its focus."""
