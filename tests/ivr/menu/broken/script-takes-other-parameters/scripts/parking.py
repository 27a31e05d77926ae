def main(agi, number):
    agi.verbose("parking")
