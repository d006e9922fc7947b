-- Create it once: ./bauplan query -f examples/sql_only/functions/euro_selection.sql
CREATE OR REPLACE FUNCTION in_euro_area (
  data TABLE (id BIGINT, usd DOUBLE, country VARCHAR) ROW SEMANTICS)
RETURNS TABLE (id BIGINT LINEAGE data.id, usd DOUBLE, country VARCHAR LINEAGE data.country)
LANGUAGE PYTHON RUNTIME_VERSION = '3.11' PACKAGES = ('pandas==2.0')
IMMUTABLE HANDLER = 'in_euro_area' AS $$
def in_euro_area(data):
    euro = [
        "Austria", "Belgium", "France", "Germany", "Ireland", "Italy", "Netherlands", "Portugal",
        "Spain",
    ]
    return data[data["country"].isin(euro)]
$$
