"""A request and its needs: how they enter, whom they are directed to, what came of them."""
