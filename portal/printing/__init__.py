"""The communication kit: posters, cards, flyers and commune sheets as tagged PDF, ready to print."""
