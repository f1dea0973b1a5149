"""The app: what a commissioner sees in a browser. Streamlit is imported here and nowhere else."""
