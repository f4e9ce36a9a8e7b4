"""From a package to the champion: built, judged, pushed, recorded. `releasing.py` is where to begin."""
