"""Pages and API over HTTP: routes, the middleware around them, and the answers to everything that can go wrong.

`app.py` builds the Starlette application from `routes()`, `middleware(config)` and `EXCEPTION_HANDLERS`, and yields
`new_state(...)` in its lifespan.
"""

from livesupport.http.errors import EXCEPTION_HANDLERS
from livesupport.http.middleware import middleware
from livesupport.http.routes import routes
from livesupport.http.state import State, new_state

__all__ = ["EXCEPTION_HANDLERS", "State", "middleware", "new_state", "routes"]
