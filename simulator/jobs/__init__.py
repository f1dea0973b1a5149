"""Work that goes on while a page is looked at: replications that come at once and then better, and long jobs."""

from .desk import Desk, Look, State, mark_of
from .pool import Pool
from .tasks import Task, Tasks, VisitorTasks

__all__ = ["Desk", "Look", "Pool", "State", "Task", "Tasks", "VisitorTasks", "mark_of"]
