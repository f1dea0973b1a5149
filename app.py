"""The app from a checkout: ``streamlit run app.py``. ``treatment-sim app`` starts the same page."""

if __name__ == "__main__":
    from simulator.screens.navigation import show

    show()
