"""The app from a checkout: ``streamlit run app.py``. ``treatment-sim app`` starts the same page."""

if __name__ == "__main__":
    from simulator.screens.first_page import show

    show()
