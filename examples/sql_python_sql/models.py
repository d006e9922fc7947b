"""The Python step between two SQL models."""
import bauplan


@bauplan.model()
@bauplan.python("3.11", pip={"pandas": "2.0"})
def without_outliers(data=bauplan.Model("recent", columns=["usd", "country"])):
    df = data.to_pandas()
    limit = df["usd"].quantile(0.99)
    kept = df[df["usd"] <= limit]
    print(f"dropped {len(df) - len(kept)} transactions above {limit:.2f} USD")
    return kept
