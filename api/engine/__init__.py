"""Our side of Temporal: starting, watching, cancelling and recording runs."""
