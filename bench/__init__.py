"""`make bench`: what the product costs above a hand-written Temporal workflow, as ratios in one run."""
