"""Two recorded runs beside each other. Pure; knows neither ORM nor HTTP."""
