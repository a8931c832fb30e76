namespace AttributionRegistry.Storage;

/// <summary>The result codes of SQLite that the store tells apart (sqlite.org/rescode.html).</summary>
internal static class SqliteCode
{
    public const int Busy = 5;
    public const int IoError = 10;
    public const int Corrupt = 11;
    public const int Full = 13;
    public const int CannotOpen = 14;
    public const int Constraint = 19;
    public const int NotADatabase = 26;

    public const int ConstraintPrimaryKey = 1555;
    public const int ConstraintUnique = 2067;
    public const int ConstraintRowId = 2579;
}
