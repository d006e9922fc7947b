<#-- What our dialect adds to Calcite's grammar. Statements other than queries are not here: the classes
     of io.bauplan.sql.parser read them token by token, so that their words need not be reserved. -->

<DQID> TOKEN :
{
    < DOLLAR_QUOTED_STRING: "$$" ( ~["$"] | "$" ~["$"] )* "$$" >
}

/** The token kinds that may follow a select list or a grouping list. */
JAVACODE boolean endsList(int n) {
    switch (getToken(n).kind) {
    case EOF:
    case FROM:
    case WHERE:
    case GROUP:
    case HAVING:
    case WINDOW:
    case QUALIFY:
    case ORDER:
    case LIMIT:
    case OFFSET:
    case FETCH:
    case RPAREN:
    case UNION:
    case INTERSECT:
    case EXCEPT:
    case SET_MINUS:
    case SEMICOLON:
        return true;
    default:
        return false;
    }
}

JAVACODE boolean isWord(int n, String word) {
    return getToken(n).image.equalsIgnoreCase(word);
}

/** Whether "AT BRANCH b", "FOR SYSTEM_TIME AS OF t" or the like comes next; "at" is an alias else. */
JAVACODE public boolean isVersionAhead() {
    return getToken(1).kind == AT && ReferenceText.isVersionWord(getToken(2))
        || getToken(1).kind == FOR
            && (isWord(2, "SYSTEM_TIME") || isWord(2, "VERSION") || isWord(2, "TIMESTAMP"))
            && isWord(3, "AS");
}

SqlNode TableVersion(SqlNode tableRef) :
{
    final SqlNode node;
}
{
    node = TableVersionCode(tableRef) { return node; }
}

JAVACODE SqlNode TableVersionCode(SqlNode tableRef) {
    return ReferenceText.readTableVersion(this, tableRef);
}

/** A constant after "TIMESTAMP" or "AS OF". */
SqlNode VersionExpression() :
{
    final SqlNode e;
}
{
    e = Expression(ExprContext.ACCEPT_NON_QUERY) { return e; }
}

/** FROM 'file.parquet' */
SqlNode FileTableRef() :
{
}
{
    <QUOTED_STRING> {
        return QueryShorthands.file(SqlParserUtil.parseString(token.image), getPos());
    }
}

/** FROM t [SELECT items] [WHERE ...] ... */
SqlNode FromFirstQuery() :
{
    final List<SqlNode> selectList = new ArrayList<SqlNode>();
    final SqlNode from;
    final SqlNode where;
    final SqlNodeList groupBy;
    final SqlNode having;
    final SqlNodeList windowDecls;
    final SqlNode qualify;
    final List<SqlLiteral> keywords = new ArrayList<SqlLiteral>();
    SqlLiteral keyword;
    final Span s;
}
{
    <FROM> { s = span(); }
    from = FromClause()
    (
        <SELECT>
        (
            keyword = AllOrDistinct() { keywords.add(keyword); }
        )?
        AddSelectItem(selectList)
        ( LOOKAHEAD({ getToken(1).kind == COMMA && !endsList(2) }) <COMMA> AddSelectItem(selectList) )*
        [ <COMMA> ]
    |
        { selectList.add(SqlIdentifier.star(s.pos())); }
    )
    ( where = Where() | { where = null; } )
    ( groupBy = GroupBy() | { groupBy = null; } )
    ( having = Having() | { having = null; } )
    ( windowDecls = Window() | { windowDecls = null; } )
    ( qualify = Qualify() | { qualify = null; } )
    {
        return QueryShorthands.select(s.end(this), new SqlNodeList(keywords, s.pos()),
            new SqlNodeList(selectList, Span.of(selectList).pos()),
            from, where, groupBy, having, windowDecls, qualify,
            new SqlNodeList(s.pos()), null);
    }
}

void InfixCast(List<Object> list, ExprContext exprContext, Span s) :
{
    final SqlDataTypeSpec type;
}
{
    <INFIX_CAST> {
        checkNonQueryExpression(exprContext);
        s.clear().add(this);
    }
    type = DataType() {
        if (TypeNames.isVariant(type)) {
            return;
        }
        list.add(new SqlParserUtil.ToTreeListItem(Operators.INFIX_CAST, s.pos()));
        list.add(type);
        QueryShorthands.checkOperators(list, getPos());
    }
}

void AtTimeZone(List<Object> list, ExprContext exprContext, Span s) :
{
    final SqlNode zone;
}
{
    <AT> <TIME> <ZONE> {
        checkNonQueryExpression(exprContext);
        s.clear().add(this);
    }
    zone = Expression3(ExprContext.ACCEPT_SUB_QUERY) {
        list.add(new SqlParserUtil.ToTreeListItem(QueryShorthands.AT_TIME_ZONE, s.pos()));
        list.add(zone);
    }
}

/** [1, 2, 3], [x + 1 FOR x IN list IF x > 0] */
SqlNode BracketArray() :
{
    final SqlNodeList args;
    final SqlIdentifier name;
    final SqlNode list;
    SqlNode condition = null;
    final Span s;
}
{
    <LBRACKET> { s = span(); }
    (
        args = ExpressionCommaList(s, ExprContext.ACCEPT_SUB_QUERY)
        [
            <FOR> name = SimpleIdentifier() <IN>
            list = Expression(ExprContext.ACCEPT_SUB_QUERY)
            [
                LOOKAHEAD({ Lookahead.isWord(this, "IF") }) SimpleIdentifier()
                condition = Expression(ExprContext.ACCEPT_SUB_QUERY)
            ]
            <RBRACKET> {
                return Lambdas.comprehension(args, name, list, condition, s.end(this));
            }
        ]
    |
        { args = SqlNodeList.EMPTY; }
    )
    <RBRACKET> { return QueryShorthands.list(args.getList(), s.end(this)); }
}

/** {'a': 1, b: 2} */
SqlNode BraceStruct() :
{
    final List<String> names = new ArrayList<String>();
    final List<SqlNode> values = new ArrayList<SqlNode>();
    final Span s;
}
{
    <LBRACE> { s = span(); }
    [ AddBraceField(names, values) ( <COMMA> AddBraceField(names, values) )* ]
    <RBRACE> { return Operators.struct(names, values, s.end(this)); }
}

void AddBraceField(List<String> names, List<SqlNode> values) :
{
    final SqlIdentifier name;
}
{
    (
        <QUOTED_STRING> { names.add(SqlParserUtil.parseString(token.image)); }
    |
        name = SimpleIdentifier() { names.add(name.getSimple()); }
    )
    <COLON> AddExpression(values, ExprContext.ACCEPT_SUB_QUERY)
}

/** MAP {'a': 1, 'b': 2} */
SqlNode BraceMap() :
{
    final List<SqlNode> items = new ArrayList<SqlNode>();
    final Span s;
}
{
    <MAP> { s = span(); } <LBRACE>
    [
        AddMapEntry(items) ( <COMMA> AddMapEntry(items) )*
    ]
    <RBRACE> { return Operators.map(items, s.end(this)); }
}

void AddMapEntry(List<SqlNode> items) :
{
    SqlNode key;
}
{
    key = Expression3(ExprContext.ACCEPT_SUB_QUERY) { items.add(key); }
    ( <COLON> | <EQ> )
    AddExpression(items, ExprContext.ACCEPT_SUB_QUERY)
}

/** ~5 */
SqlNode BitNot() :
{
    final SqlNode e;
    final Span s;
}
{
    <TILDE> { s = span(); }
    e = AtomicRowExpression() { return Operators.bitNot(e, s.end(e)); }
}

/** unnest(list) as an item of SELECT */
SqlNode UnnestItem() :
{
    final SqlNodeList args;
    final Span s;
}
{
    <UNNEST> { s = span(); }
    args = ParenthesizedQueryOrCommaList(ExprContext.ACCEPT_SUB_QUERY) {
        return SqlStdOperatorTable.UNNEST.createCall(s.end(this), args.getList());
    }
}

/** range(1, 10): a reserved word that is a function too */
SqlNode RangeCall() :
{
    final SqlNodeList args;
    final Span s;
}
{
    <RANGE> { s = span(); }
    args = ParenthesizedQueryOrCommaList(ExprContext.ACCEPT_SUB_QUERY) {
        return QueryShorthands.range(args.getList(), s.end(this));
    }
}

void OtherOperator(List<Object> list, ExprContext exprContext, Span s) :
{
    final SqlOperator op;
}
{
    (
        <VERTICAL_BAR> { op = Operators.BIT_OR; }
    |
        <DOUBLE_STAR> { op = Operators.POWER; }
    |
        <STARTS_WITH_SIGN> { op = Operators.STARTS_WITH; }
    |
        <JSON_TEXT_ARROW> { op = Operators.JSON_TEXT_AT; }
    |
        <LAMBDA> { op = Operators.JSON_AT; }
    |
        <GT> <GT> { op = Operators.SHIFT_RIGHT; }
    )
    {
        checkNonQueryExpression(exprContext);
        list.add(new SqlParserUtil.ToTreeListItem(op, getPos()));
    }
    AddExpression2b(list, ExprContext.ACCEPT_SUB_QUERY)
}

SqlNode StarOptions(SqlNode star) :
{
    final List<SqlNode> excluded = new ArrayList<SqlNode>();
    final List<SqlNode> replaced = new ArrayList<SqlNode>();
    final List<SqlNode> renamed = new ArrayList<SqlNode>();
    SqlNode pattern = SqlLiteral.createNull(SqlParserPos.ZERO);
    SqlIdentifier id;
    final Span s = span();
}
{
    (
        LOOKAHEAD({ Lookahead.isStarOption(this, star) })
        (
            ( <EXCLUDE> | <EXCEPT> )
            (
                <LPAREN> id = CompoundIdentifier() { excluded.add(id); }
                ( LOOKAHEAD(2) <COMMA> id = CompoundIdentifier() { excluded.add(id); } )*
                [ <COMMA> ]
                <RPAREN>
            |
                id = CompoundIdentifier() { excluded.add(id); }
            )
        |
            <REPLACE>
            (
                LOOKAHEAD(1)
                <LPAREN> AddAsPair(replaced) ( <COMMA> AddAsPair(replaced) )* <RPAREN>
            |
                AddAsPair(replaced)
            )
        |
            ( <ILIKE> | <LIKE> ) pattern = StringLiteral()
        |
            <IDENTIFIER>
            (
                <LPAREN> AddAsPair(renamed) ( <COMMA> AddAsPair(renamed) )* <RPAREN>
            |
                AddAsPair(renamed)
            )
        )
    )+
    {
        return StarOperator.create((SqlIdentifier) star, new SqlNodeList(excluded, s.pos()),
            new SqlNodeList(replaced, s.pos()), new SqlNodeList(renamed, s.pos()), pattern,
            s.end(this));
    }
}

void AddAsPair(List<SqlNode> list) :
{
    final SqlNode e;
    final SqlIdentifier id;
}
{
    e = Expression(ExprContext.ACCEPT_SUB_QUERY) <AS> id = SimpleIdentifier() {
        list.add(SqlStdOperatorTable.AS.createCall(
            e.getParserPosition().plus(id.getParserPosition()), e, id));
    }
}

/** An item of SELECT without its alias. */
SqlNode EverydaySelectExpression() :
{
    SqlNode e;
}
{
    (
        <STAR> { e = SqlIdentifier.star(getPos()); }
    |
        e = Expression(ExprContext.ACCEPT_SUB_QUERY)
    )
    [ LOOKAHEAD({ Lookahead.isStarOption(this, e) }) e = StarOptions(e) ]
    { return e; }
}

SqlNode Top() :
{
    final SqlNode n;
}
{
    <IDENTIFIER>
    (
        <LPAREN> n = UnsignedNumericLiteral() <RPAREN>
    |
        n = UnsignedNumericLiteral()
    )
    { return n; }
}

SqlNode ShortSample(SqlNode tableRef) :
{
    final Span s;
    final SqlNumericLiteral rate;
    boolean rows = false;
}
{
    ( <TABLESAMPLE> | <IDENTIFIER> ) { s = span(); }
    [ <BERNOULLI> | <SYSTEM> ]
    (
        <LPAREN> rate = UnsignedNumericLiteral()
        [ <PERCENT> | <PERCENT_REMAINDER> | rows = SampleRows() ]
        <RPAREN>
    |
        rate = UnsignedNumericLiteral()
        ( <PERCENT> | <PERCENT_REMAINDER> | rows = SampleRows() )
    )
    {
        if (rows) {
            return SelectShorthands.sampleOfRows(tableRef, rate, s.end(this));
        }
        return SqlStdOperatorTable.TABLESAMPLE.createCall(s.end(this), tableRef,
            SqlLiteral.createSample(
                SqlSampleSpec.createTableSample(
                    true, rate.bigDecimalValue().divide(BigDecimal.valueOf(100))),
                s.end(this)));
    }
}

boolean SampleRows() :
{
}
{
    ( <ROW> | <ROWS> ) { return true; }
}

/** [LEFT] SEMI JOIN, [LEFT] ANTI JOIN */
JoinType SemiOrAntiJoin() :
{
}
{
    LOOKAHEAD({ Lookahead.isKind(this, "POSITIONAL") })
    <IDENTIFIER> <JOIN> { throw SelectShorthands.positional(getPos()); }
|
    LOOKAHEAD({ Lookahead.isKind(this, "SEMI") })
    [ <LEFT> ] <IDENTIFIER> <JOIN> { return JoinType.LEFT_SEMI_JOIN; }
|
    LOOKAHEAD({ Lookahead.isKind(this, "ANTI") })
    [ <LEFT> ] <IDENTIFIER> <JOIN> { return JoinType.LEFT_ANTI_JOIN; }
}

/** LATERAL FLATTEN(input => list) */
SqlNode LateralFunction() :
{
    final SqlIdentifier name;
    final List<SqlNode> args;
    final Span s;
}
{
    <LATERAL> { s = span(); }
    name = SimpleIdentifier()
    args = FunctionParameterList(ExprContext.ACCEPT_SUB_QUERY) {
        return QueryShorthands.lateral(name, args, s.end(this));
    }
}

/** (x ORDER BY y): the quantifier or null, the arguments, the order */
List<SqlNode> OrderedArguments() :
{
    final List<SqlNode> list = new ArrayList<SqlNode>();
    SqlLiteral quantifier = null;
    final SqlNodeList order;
}
{
    <LPAREN>
    [ quantifier = AllOrDistinct() ] { list.add(quantifier); }
    AddExpression(list, ExprContext.ACCEPT_SUB_QUERY)
    ( <COMMA> AddExpression(list, ExprContext.ACCEPT_SUB_QUERY) )*
    order = OrderBy(true) { list.add(order); }
    <RPAREN> { return list; }
}

/** FROM VALUES (1, 'a'): its columns are column1, column2, ... */
SqlNode FromValues() :
{
    final SqlNode e;
}
{
    e = TableConstructor() { return QueryShorthands.values(e); }
}

/** ARRAY&lt;t&gt; */
SqlTypeNameSpec ArrayTypeName() :
{
    final SqlDataTypeSpec element;
    final Span s;
}
{
    <ARRAY> { s = span(); }
    (
        <LT> element = DataType() <GT>
    |
        <LPAREN> element = DataType() <RPAREN>
    )
    {
        return TypeNames.array(element, s.end(this));
    }
}

/** STRUCT&lt;a t, b: t&gt;, STRUCT(a t) */
SqlTypeNameSpec StructTypeName() :
{
    final List<SqlIdentifier> names = new ArrayList<SqlIdentifier>();
    final List<SqlDataTypeSpec> types = new ArrayList<SqlDataTypeSpec>();
    final Span s;
}
{
    <STRUCT> { s = span(); }
    (
        <LT> AddStructField(names, types) ( <COMMA> AddStructField(names, types) )* <GT>
    |
        <LPAREN> AddStructField(names, types) ( <COMMA> AddStructField(names, types) )* <RPAREN>
    )
    {
        return TypeNames.row(s.end(this), names, types);
    }
}

void AddStructField(List<SqlIdentifier> names, List<SqlDataTypeSpec> types) :
{
    final SqlIdentifier name;
    final SqlDataTypeSpec type;
    final boolean nullable;
}
{
    name = SimpleIdentifier()
    [ <COLON> ]
    type = DataType()
    nullable = NullableOptDefaultTrue() {
        names.add(name);
        types.add(type.withNullable(nullable, getPos()));
    }
}

/** A type by a name that Calcite has no word for: STRING, LONG, TIMESTAMPTZ, NUMBER(10, 2). */
SqlTypeNameSpec AliasTypeName() :
{
    final SqlIdentifier name;
    int precision = RelDataType.PRECISION_NOT_SPECIFIED;
    int scale = RelDataType.SCALE_NOT_SPECIFIED;
}
{
    name = CompoundIdentifier()
    [
        <LPAREN> precision = UnsignedIntLiteral()
        [ <COMMA> scale = IntLiteral() ]
        <RPAREN>
    ]
    {
        return TypeNames.alias(name, precision, scale);
    }
}

/* Doors for the classes that read statements. */

SqlNode StatementQuery() :
{
    final SqlNode e;
}
{
    e = OrderedQueryOrExpr(ExprContext.ACCEPT_QUERY) { return e; }
}

SqlNode StatementExpression() :
{
    final SqlNode e;
}
{
    e = Expression(ExprContext.ACCEPT_SUB_QUERY) { return e; }
}

/** What stands after FROM or USING of UPDATE and DELETE. */
SqlNode StatementSource() :
{
    final SqlNode e;
}
{
    e = FromClause() { return e; }
}

/** A row of INSERT's VALUES in MERGE: (a, DEFAULT, b + 1). */
SqlNodeList StatementRow() :
{
    final SqlNodeList list;
}
{
    list = ParenthesizedQueryOrCommaListWithDefault(ExprContext.ACCEPT_NONCURSOR) { return list; }
}

/** Where in the user's text this parser's input begins. */
JAVACODE public void startAt(Reader reader, int line, int column, int length) {
    jj_input_stream.ReInit(reader, line, column, Math.max(length, 16));
}

/** TABLE(SELECT ...), TABLE(g(TABLE t)) or TABLE(t) as a table function's argument. */
SqlNode TableSubQueryParam() :
{
    SqlNode e;
}
{
    <TABLE> <LPAREN>
    (
        LOOKAHEAD({ Lookahead.isQuery(this) })
        e = OrderedQueryOrExpr(ExprContext.ACCEPT_QUERY)
    |
        e = TableRef() { e = QueryShorthands.allOf(e); }
    )
    <RPAREN>
    e = PartitionedByAndOrderBy(e) { return e; }
}

/** LIKE ANY (a, b), NOT ILIKE ALL (a, b) */
SqlOperator LikeAny() :
{
    boolean not = false;
    final boolean caseSensitive;
    final boolean any;
}
{
    [ <NOT> { not = true; } ]
    ( <LIKE> { caseSensitive = true; } | <ILIKE> { caseSensitive = false; } )
    ( <ANY> { any = true; } | <SOME> { any = true; } | <ALL> { any = false; } )
    { return Operators.like(not, caseSensitive, any); }
}

/** JSON '[1, 2]' */
SqlNode JsonLiteral() :
{
    final SqlNode text;
    final Span s;
}
{
    <JSON> { s = span(); }
    text = StringLiteral() { return QueryShorthands.json(text, s.end(this)); }
}

SqlNode OrderedFirst() :
{
    final String name;
    final List<SqlNode> args;
    final Span s;
}
{
    ( <FIRST> | <LAST> ) { name = token.image; s = span(); }
    args = OrderedArguments() {
        final SqlLiteral quantifier = (SqlLiteral) args.remove(0);
        final SqlNodeList order = (SqlNodeList) args.remove(args.size() - 1);
        return QueryShorthands.ordered(
            createCall(new SqlIdentifier(name, s.pos()), s.end(this),
                SqlFunctionCategory.USER_DEFINED_FUNCTION, quantifier, args), order);
    }
}

SqlNode EverydayTimestamp() :
{
    final String text;
    final Span s;
}
{
    <TIMESTAMP> { s = span(); }
    text = SimpleStringLiteral() { return QueryShorthands.timestamp(text, s.end(this)); }
}

/** COLUMNS(* EXCLUDE a) */
SqlNode ColumnsOfStar() :
{
    final SqlIdentifier name;
    SqlNode star;
    final Span s;
}
{
    name = SimpleIdentifier() { s = span(); }
    <LPAREN> <STAR> { star = SqlIdentifier.star(getPos()); }
    star = StarOptions(star)
    <RPAREN> { return QueryShorthands.columns(star, s.end(this)); }
}

/** lambda x, y : x + y; x INTEGER -> x + 1 */
SqlNode WrittenLambda() :
{
    final List<SqlNode> names = new ArrayList<SqlNode>();
    SqlIdentifier name;
    final SqlNode body;
    final Span s;
}
{
    name = SimpleIdentifier() { s = span(); }
    (
        DataType() <LAMBDA> { names.add(name); }
    |
        { }
        name = SimpleIdentifier() { names.add(name); }
        ( <COMMA> name = SimpleIdentifier() { names.add(name); } )*
        <COLON>
    )
    body = Expression(ExprContext.ACCEPT_NON_QUERY)
    { return new SqlLambda(s.end(this), new SqlNodeList(names, s.pos()), body); }
}

/** PIVOT t ON month IN ('JAN', 'FEB') USING sum(amount) GROUP BY rep */
SqlNode PivotQuery() :
{
    final SqlNode source;
    final SqlNode column;
    final List<SqlNode> values = new ArrayList<SqlNode>();
    final List<SqlNode> aggregates = new ArrayList<SqlNode>();
    SqlNodeList group = null;
    final Span s;
}
{
    <PIVOT> { s = span(); }
    source = TableRef()
    <ON> column = CompoundIdentifier()
    [
        <IN> <LPAREN> AddPivotValue(values) ( <COMMA> AddPivotValue(values) )* <RPAREN>
    ]
    [ <USING> AddPivotAgg(aggregates) ( <COMMA> AddPivotAgg(aggregates) )* ]
    [ group = GroupBy() ]
    {
        return PivotShorthands.query(
            source, (SqlIdentifier) column, values, aggregates, group, s.end(this));
    }
}

/** UNPIVOT t ON jan, feb INTO NAME month VALUE amount */
SqlNode UnpivotQuery() :
{
    final SqlNode source;
    final List<SqlNode> columns = new ArrayList<SqlNode>();
    SqlIdentifier name = null;
    SqlIdentifier value = null;
    boolean nulls = false;
    final Span s;
}
{
    <UNPIVOT> { s = span(); }
    [ <INCLUDE> <NULLS> { nulls = true; } ]
    source = TableRef()
    <ON>
    (
        LOOKAHEAD({ Lookahead.isWord(this, "COLUMNS") })
        Expression(ExprContext.ACCEPT_NON_QUERY) { throw PivotShorthands.unnamed(getPos()); }
    |
        AddUnpivotValue(columns) ( <COMMA> AddUnpivotValue(columns) )*
    )
    [ <INTO> <NAME> name = SimpleIdentifier() <VALUE> value = SimpleIdentifier() ]
    { return PivotShorthands.unpivotQuery(source, nulls, columns, name, value, s.end(this)); }
}
