import bauplan


@bauplan.model(materialization_strategy="REPLACE")
@bauplan.python("3.11")
def by_country(sales=bauplan.Model("sales", columns=["country", "usd"]),
               factor=bauplan.Parameter("factor")):
    print("rows", sales.num_rows)
    1 / factor
    return sales.group_by("country").aggregate([("usd", "sum")])
