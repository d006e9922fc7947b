"""Listing 1 of the paper: two models, two interpreters, two versions of pandas, one DAG."""
import bauplan


@bauplan.model()
@bauplan.python("3.11", pip={"pandas": "2.0"})
def euro_selection(
    data=bauplan.Model(
        "transactions",
        columns=["id", "usd", "country"],
        filter="eventTime BETWEEN 2023-01-01 AND 2023-02-01",
    )
):
    import sys

    import pandas as pd

    euro = [
        "Austria", "Belgium", "France", "Germany", "Ireland", "Italy", "Netherlands", "Portugal",
        "Spain",
    ]
    df = data.to_pandas()
    _df = df[df["country"].isin(euro)]
    python = ".".join(map(str, sys.version_info[:2]))
    print(f"python {python}, pandas {pd.__version__}: {len(df)} rows in, {len(_df)} in the euro area")
    return _df


@bauplan.model(materialize=True)
@bauplan.python("3.10", pip={"pandas": "1.5.3"})
def usd_by_country(data=bauplan.Model("euro_selection")):
    import sys

    import pandas as pd

    df = data.to_pandas()
    _df = df.groupby("country", as_index=False)["usd"].sum().sort_values("usd", ascending=False)
    python = ".".join(map(str, sys.version_info[:2]))
    print(f"python {python}, pandas {pd.__version__}: {len(df)} rows in, {len(_df)} countries out")
    return _df
