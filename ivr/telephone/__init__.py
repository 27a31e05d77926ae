"""A telephone without sound: it speaks FastAGI to an engine as Asterisk does, and shows what a caller hears.

    person or script ──(callers)──> (call) <──(wire, lines)──> engine's room for rehearsals
                                      │  what is heard in a sound: (sounds)
                                      └──(happenings)──> (screen) and (record)

`call` alone knows what a command does on a channel. Time is the caller's: real under a person's hands, and as
quick as the engine answers when the keys are known beforehand. `draft` is an engine for one call, where none
runs. Errors are drawn in `errors`.
"""
