# SPDX-License-Identifier: Apache-2.0
"""The databases that understand SQL, of secrets_client.py."""
import asyncio
import contextlib


def postgresql(port, plant):
    import asyncpg
    import psycopg2

    def connect(user, password):
        return psycopg2.connect(host="127.0.0.1", port=port, user=user, password=password, dbname="shop")

    admin = connect("postgres", None)
    admin.autocommit = True
    cursor = admin.cursor()

    def run(sql, refused=None):
        plant.does(cursor.execute, sql, refused=refused)

    run("DROP TABLE IF EXISTS vault")
    run("DROP USER IF EXISTS clear")
    run("CREATE TABLE vault (name text UNIQUE, n numeric)")
    run(f"CREATE USER clear PASSWORD '{plant('CREATE USER')}'")
    run(f"ALTER ROLE clear WITH ENCRYPTED PASSWORD '{plant('log-in')}'")
    run("GRANT ALL ON vault TO clear")
    with contextlib.suppress(psycopg2.OperationalError):
        connect("clear", plant("refused log-in"))
    connect("clear", plant("log-in")).close()
    run(f"INSERT INTO vault VALUES ('{plant('literal')}', {plant.number('number')})")
    run(f"SELECT * FROM vault WHERE name = E'\\'{plant('escaped literal')}\\n' OR n = -{plant.number('exponent')}e0")
    run(f"SELECT $${plant('dollar quotes')}$$, $a$'{plant('tagged dollar quotes')}$$$a$ FROM vault")
    run(f"SELECT 'it''s {plant('doubled quote')}', U&'{plant('unicode literal')}' FROM vault -- {plant('line comment')}")
    run(f"SELECT 1 /* {plant('comment')} /* nested {plant('nested comment')} */ ' */ FROM vault")
    run(f"SELECT 'a{plant('literal')}'\n  '{plant('continued literal')}'; SELECT '{plant('second statement')}' FROM vault")
    run(f"SELECT '{plant('quoted in an error')}'::int FROM vault", psycopg2.Error)
    run(f"SELECT '{plant('literal before a syntax error')}' FRM vault WHERE '{plant('behind it')}", psycopg2.Error)
    run(f"INSERT INTO vault VALUES ('{plant('literal')}')", psycopg2.Error)  # a duplicate: the detail quotes it
    run(f"DO $$ BEGIN RAISE NOTICE '{plant('notice')}'; RAISE EXCEPTION '{plant('exception')}'; END $$", psycopg2.Error)
    run(f"PREPARE p AS SELECT '{plant('PREPARE')}' || $1 FROM vault")
    run(f"EXECUTE p('{plant('EXECUTE')}')")
    run(f"SET shop.token = '{plant('SET')}'")
    run(f"LISTEN vault; NOTIFY vault, '{plant('NOTIFY')}'")
    with admin.cursor() as copying:
        import io

        plant.does(copying.copy_from, io.StringIO(plant("COPY") + "\t1\n"), "vault")
    admin.close()

    async def extended():
        connection = await asyncpg.connect(host="127.0.0.1", port=port, user="clear", password=plant("log-in"), database="shop")
        await connection.execute("INSERT INTO vault VALUES ($1, $2)", plant("parameter"), 5)
        assert await connection.fetchval("SELECT name FROM vault WHERE name = $1", plant("parameter"))
        await connection.executemany("INSERT INTO vault VALUES ($1)", [(plant("batch"),), (plant("batch's second"),)])
        with contextlib.suppress(asyncpg.PostgresError):
            await connection.fetch("SELECT $1::text::int FROM vault", plant("parameter of an error"))
        with contextlib.suppress(asyncpg.PostgresError):
            await connection.prepare(f"SELECT '{plant('literal of a refused statement')}' FROM nowhere")
        plant.operations += 6
        await connection.close()

    asyncio.run(extended())


def mysql(port, plant):
    import mysql.connector as connector
    import pymysql

    def connect(user, password):
        return pymysql.connect(host="127.0.0.1", port=port, user=user, password=password, database="shop", autocommit=True)

    admin = connect("alice", plant.knows("alice's log-in", "planted-password"))
    cursor = admin.cursor()

    def run(sql, refused=None):
        plant.does(cursor.execute, sql, refused=refused)

    run("DROP TABLE IF EXISTS vault")
    run("DROP USER IF EXISTS bob")
    run("CREATE TABLE vault (name VARCHAR(100) UNIQUE, n BIGINT)")
    run(f"CREATE USER bob IDENTIFIED BY '{plant('CREATE USER')}'")
    run(f"SET PASSWORD FOR bob = PASSWORD('{plant('log-in')}')")
    run("GRANT ALL ON shop.* TO bob")
    with contextlib.suppress(pymysql.Error):
        connect("bob", plant("refused log-in"))
    connect("bob", plant("log-in")).close()
    run(f"INSERT INTO vault VALUES ('{plant('literal')}', {plant.number('number')})")
    run(f'SELECT * FROM vault WHERE name = "{plant("double quotes")}" OR name = \'\\\'{plant("escaped literal")}\'')
    run(f"SELECT 'it''s {plant('doubled quote')}' FROM vault -- {plant('line comment')}")
    run(f"SELECT 1 FROM vault # {plant('hash comment')}")
    run(f"SELECT 1 /* {plant('comment')} */ /*! , '{plant('executed comment')}' */ FROM vault")
    hexadecimal = plant.knows("hexadecimal", "5e5a3e0000c0ffee")
    run(f"SELECT 0x{hexadecimal}, X'{hexadecimal}', _utf8mb4'{plant('introduced literal')}' FROM vault")
    run(f"INSERT INTO vault VALUES ('{plant('literal')}', 1)", pymysql.Error)  # a duplicate: the error quotes it
    run(f"SELECT '{plant('literal before a syntax error')}' FRM vault WHERE '{plant('behind it')}", pymysql.Error)
    run(f"SET @token = '{plant('SET')}'")
    run(f"PREPARE p FROM 'SELECT \"{plant('PREPARE')}\" FROM vault WHERE name = ?'")
    run("EXECUTE p USING @token")
    run(f"SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '{plant('exception')}'", pymysql.Error)
    admin.close()
    with connector.connect(host="127.0.0.1", port=port, user="bob", password=plant("log-in"), database="shop", use_pure=True,
                           charset="utf8mb4", collation="utf8mb4_general_ci", autocommit=True) as connection:
        prepared = connection.cursor(prepared=True)
        plant.does(prepared.execute, "INSERT INTO vault VALUES (?, ?)", (plant("parameter"), plant.number("numeric parameter")))
        plant.does(prepared.execute, "SELECT name FROM vault WHERE name = ?", (plant("parameter"),))
        assert prepared.fetchall()
        plant.does(prepared.execute, "INSERT INTO vault VALUES (?, 1)", (plant("parameter"),), refused=connector.Error)
