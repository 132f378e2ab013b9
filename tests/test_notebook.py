"""The example notebook runs, and shows what it promises."""

import sys

import nbformat
import pytest
from conftest import ROOT

nbclient = pytest.importorskip("nbclient", reason="needs the development dependencies")


@pytest.mark.filterwarnings("ignore")
def test_the_notebook_runs_and_each_cell_of_code_shows_something_but_the_first(tmp_path):
    notebook = nbformat.read(ROOT / "examples" / "ask.ipynb", as_version=4)
    kernel = tmp_path / "kernels" / "python3"
    kernel.mkdir(parents=True)
    command = f'["{sys.executable}", "-m", "ipykernel_launcher", "-f", "{{connection_file}}"]'
    (kernel / "kernel.json").write_text(f'{{"argv": {command}, "display_name": "Python 3", "language": "python"}}')
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_PATH", str(tmp_path))
        nbclient.NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    shown = [cell.outputs for cell in notebook.cells if cell.cell_type == "code"]
    assert all(shown[1:])
    assert "肯定" in str(shown[1])
    assert "@article{bi-2019" in str(shown[-1])


def test_the_notebook_is_kept_without_output():
    notebook = nbformat.read(ROOT / "examples" / "ask.ipynb", as_version=4)
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in notebook.cells)
