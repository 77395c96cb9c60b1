package io.github.exactlyonce.testbed.bench.jobs;

import com.github.kagkarlsson.scheduler.SchedulerClient;
import com.github.kagkarlsson.scheduler.exceptions.FailedToScheduleBatchException;
import com.github.kagkarlsson.scheduler.task.SchedulableInstance;
import com.github.kagkarlsson.scheduler.task.helper.OneTimeTask;
import com.zaxxer.hikari.HikariDataSource;
import io.github.exactlyonce.testbed.system.ChildProcess;
import io.github.exactlyonce.testbed.system.LocalSystem;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** db-scheduler on PostgreSQL; what its workers do is {@link DbSchedulerWorker}. */
final class DbSchedulerJobs extends JobContender {

    private final Postgres postgres;
    private final HikariDataSource database;
    private final SchedulerClient client;
    private final OneTimeTask<String> restock;
    private final List<ChildProcess> workers;

    private DbSchedulerJobs(Postgres postgres, List<ChildProcess> workers) {
        this.postgres = postgres;
        this.database = DbSchedulerWorker.connect(postgres.url(), 1);
        this.restock = DbSchedulerWorker.restock(database, "nobody");
        this.client = SchedulerClient.Builder.create(database, restock).build();
        this.workers = workers;
    }

    /** @throws IOException if there is no PostgreSQL for it here */
    static DbSchedulerJobs launch(List<String> jvmOptions) throws IOException {
        Postgres postgres = Postgres.start(LocalSystem.directoryOf("bench-jobs"));
        return new DbSchedulerJobs(
                postgres, Worker.launch(Worker.Kind.DB_SCHEDULER, WORKERS, jvmOptions, postgres.url()));
    }

    @Override
    void awaitReady() {
        Worker.awaitReady(workers, () -> number("select count(*) from ready"));
    }

    @Override
    String title() {
        return "db-scheduler";
    }

    @Override
    String description() {
        return """
                db-scheduler on PostgreSQL, without `fsync` and with `synchronous_commit` off: %d threads in each worker, which look for jobs each %d ms (by default 10 s) and take up to %d of them at a time \
                (`pollUsingLockAndFetch`, threads and limits of its own benchmark). The effect is a row of a ledger with the job's id as its key and a unit of stock, in one statement; \
                then db-scheduler deletes the job in another transaction.""".formatted(DbSchedulerWorker.THREADS, DbSchedulerWorker.POLL.toMillis(), (int)
                (DbSchedulerWorker.THREADS * DbSchedulerWorker.UPPER_LIMIT));
    }

    @Override
    String onCrash() {
        return "A crash repeats what was done and not yet deleted, here without effect, because the ledger's key refuses it; a dead worker's jobs are taken again after 30 min by default.";
    }

    @Override
    String store() {
        return "PostgreSQL " + text("show server_version");
    }

    /** Analyzed at once: with what it knows of the table when it is empty, PostgreSQL looks for due jobs in a way that takes many seconds. */
    @Override
    void schedule(List<Job> jobs) {
        List<SchedulableInstance<?>> instances = new ArrayList<>();
        for (Job job : jobs) {
            instances.add(SchedulableInstance.of(
                    restock.instance(job.id(), job.sku()), Instant.ofEpochMilli(job.dueMillis())));
        }
        try {
            client.scheduleBatch(instances);
        } catch (FailedToScheduleBatchException e) {
            throw new IllegalStateException("PostgreSQL did not take %d jobs".formatted(jobs.size()), e);
        }
        execute("analyze scheduled_tasks");
    }

    @Override
    long clock() {
        return number("select (extract(epoch from clock_timestamp()) * 1000)::bigint");
    }

    /** All that there are: the ledger's key refuses repeats, so nobody's turn has any but its own. */
    @Override
    void forgetEffects() {
        execute("truncate ledger");
    }

    @Override
    int countEffects() {
        return (int) number("select count(*) from ledger");
    }

    @Override
    List<Effect> effects() {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "select job, floor(extract(epoch from at) * 1000)::bigint from ledger")) {
            List<Effect> effects = new ArrayList<>();
            while (rows.next()) {
                effects.add(new Effect(rows.getString(1), rows.getLong(2)));
            }
            return effects;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    long units() {
        return number("select sum(units) from stock");
    }

    @Override
    List<ChildProcess> workers() {
        return workers;
    }

    @Override
    Collection<Long> storePids() {
        return postgres.pids();
    }

    private void execute(String command) {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(command);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private long number(String query) {
        return Long.parseLong(text(query));
    }

    private String text(String query) {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getString(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        workers.parallelStream().forEach(ChildProcess::stop);
        database.close();
        postgres.close();
    }
}
