import type { ColumnType, JSONColumnType } from 'kysely';

export type Json<T extends object | null> = JSONColumnType<T>;
/** JSON with a default in the database. */
export type WithDefault<T> = ColumnType<T, string | undefined, string>;
export type At = ColumnType<Date, Date | string | undefined, Date | string>;
export type Maybe<T> = T | null;
export type MaybeAt = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
