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
        list.add(new SqlParserUtil.ToTreeListItem(SqlLibraryOperators.INFIX_CAST, s.pos()));
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

/** [1, 2, 3] */
SqlNode BracketArray() :
{
    final SqlNodeList args;
    final Span s;
}
{
    <LBRACKET> { s = span(); }
    (
        args = ExpressionCommaList(s, ExprContext.ACCEPT_SUB_QUERY)
    |
        { args = SqlNodeList.EMPTY; }
    )
    <RBRACKET> {
        return SqlStdOperatorTable.ARRAY_VALUE_CONSTRUCTOR.createCall(s.end(this), args.getList());
    }
}

/** ARRAY&lt;t&gt; */
SqlTypeNameSpec ArrayTypeName() :
{
    final SqlDataTypeSpec element;
    final Span s;
}
{
    <ARRAY> { s = span(); } <LT> element = DataType() <GT> {
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
        return new SqlRowTypeNameSpec(s.end(this), names, types);
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

/** Whether a query comes next, perhaps in parentheses. */
JAVACODE boolean isQueryAhead() {
    int n = 1;
    while (getToken(n).kind == LPAREN) {
        n++;
    }
    switch (getToken(n).kind) {
    case SELECT:
    case WITH:
    case VALUES:
    case FROM:
    case TABLE:
        return true;
    default:
        return false;
    }
}

/** TABLE(SELECT ...), TABLE(g(TABLE t)) or TABLE(t) as a table function's argument. */
SqlNode TableSubQueryParam() :
{
    SqlNode e;
}
{
    <TABLE> <LPAREN>
    (
        LOOKAHEAD({ isQueryAhead() })
        e = OrderedQueryOrExpr(ExprContext.ACCEPT_QUERY)
    |
        e = TableRef() { e = QueryShorthands.allOf(e); }
    )
    <RPAREN>
    e = PartitionedByAndOrderBy(e) { return e; }
}
