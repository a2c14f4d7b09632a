"""What every node stands on: settings, keys, codec, context, errors, egress, leases, the runner."""
