"""Whole journeys: from the camera to the portal, by command line and by window."""
