"""What Streamlit runs: a few lines, since worker processes may import them again."""

if __name__ == "__main__":
    from simulator.screens.navigation import show

    show()
