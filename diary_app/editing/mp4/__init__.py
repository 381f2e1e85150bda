"""MP4 and MOV, sample by sample: where they lie in a file, and a new file that is written from them. No decoding."""
