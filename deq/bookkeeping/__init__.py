"""What every solve shares: who has finished, the stop test, recording, flattening of states."""
