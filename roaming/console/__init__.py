"""What both consoles share: pages of the admin, the home page, the commands' way of answering.

It knows no protocol and neither app: they register what they show (menu, home, clues) and are found by name.
"""
