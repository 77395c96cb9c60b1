package io.github.exactlyonce.testbed.bench.jobs;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL from the jars, in a directory of its own. It writes no page or log to disk before it answers ({@code fsync} and {@code synchronous_commit} are
 * off), as the Redis that it is compared with write nothing at all. Its tables: {@code jobs.sql}.
 */
final class Postgres implements AutoCloseable {

    private final EmbeddedPostgres server;
    private final Path data;

    private Postgres(EmbeddedPostgres server, Path data) {
        this.server = server;
        this.data = data;
    }

    /**
     * @param directory for its files and its log
     * @throws IOException if it does not start here
     */
    static Postgres start(Path directory) throws IOException {
        Path data = Files.createTempDirectory(Files.createDirectories(directory), "postgres-"); // initdb wants it empty
        Redirect log = Redirect.appendTo(directory.resolve("postgres.log").toFile());
        try {
            Postgres postgres = new Postgres(
                    EmbeddedPostgres.builder()
                            .setDataDirectory(data)
                            .setCleanDataDirectory(true)
                            .setOutputRedirector(log)
                            .setErrorRedirector(log)
                            .start(),
                    data);
            postgres.createTables();
            return postgres;
        } catch (IllegalStateException | SQLException e) { // no binaries for this system, or initdb failed
            throw new IOException(e.getMessage(), e);
        }
    }

    private void createTables() throws SQLException {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(resource("jobs.sql"));
        }
    }

    String url() {
        return server.getJdbcUrl("postgres", "postgres");
    }

    /** The server, and its processes for connections and housekeeping. */
    Collection<Long> pids() {
        try {
            long server = Long.parseLong(
                    Files.readAllLines(data.resolve("postmaster.pid")).get(0).strip());
            return ProcessHandle.of(server).stream()
                    .flatMap(handle -> Stream.concat(Stream.of(handle), handle.children()))
                    .map(ProcessHandle::pid)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("PostgreSQL has ended", e);
        }
    }

    private static String resource(String file) {
        try (@Nullable InputStream in = Postgres.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException("no " + file);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
