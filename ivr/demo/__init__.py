"""The demonstration: simulated citizens and agents, all real SIP on loopback."""
