def main(agi)
    agi.verbose("parking")
