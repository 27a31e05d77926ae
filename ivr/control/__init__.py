"""Orders to a running engine from its own machine, over a socket in the state folder.

    command line ──(client)──> socket ──(server)──> (supervision) ──> the engine
                                                     while none runs: (unattended) writes what stands

`orders` has the words. Who may open the state folder may give orders; who it was, the system tells.
"""
