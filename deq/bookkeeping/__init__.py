"""What every solve shares: finished samples, the stop test, recording, flattening of states."""
