"""Departments' existing scripts, written for pyst2, as steps of a call.

    folder: "module:function" ──(find_script, load_script)──> a function of one parameter, `agi`
            shelf: each imported once, in the thread of the first script that needs it
    commands (rules, pure) <── bridge (ScriptAgi) ──> crossing ──> AgiSession ──> Asterisk
                               in the script's thread      in the engine's event loop
    running: run_script, one thread per script, ends typed

The script runs in the engine's own process: these rules keep it from mistakes, and from what callers and
other systems put into its arguments. They are no prison for a script that means harm; who may write to the
scripts' folder is trusted as the engine is. docs/decisions/0010 says why pyst2 is the bridge and no more.
"""
