"""What breaks under the load of ./dev faults: one file a fault, found by itself."""
