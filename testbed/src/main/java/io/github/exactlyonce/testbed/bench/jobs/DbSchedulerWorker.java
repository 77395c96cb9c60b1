package io.github.exactlyonce.testbed.bench.jobs;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.task.helper.OneTimeTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;

/** db-scheduler, with threads and limits of its own benchmark for many jobs on a small machine. */
final class DbSchedulerWorker {

    static final int THREADS = 20;

    /** Of due jobs for each thread: below the first one it takes more, up to the second one. */
    static final double LOWER_LIMIT = 4;

    static final double UPPER_LIMIT = 20;

    /** Its default, 10 s, is for jobs that may be that late. */
    static final Duration POLL = Duration.ofMillis(100);

    /** For looking, for its heartbeat, and for finding dead workers. */
    private static final int OTHER_CONNECTIONS = 4;

    /** Whoever does a job again finds its id in the ledger and changes nothing. */
    private static final String RESTOCK = """
            with effect as (
              insert into ledger (job, sku, units, worker, at) values (?, ?, 1, ?, clock_timestamp())
              on conflict (job) do nothing returning sku, units)
            update stock set units = stock.units + effect.units from effect where stock.sku = effect.sku""";

    private final String name;
    private final HikariDataSource database;

    DbSchedulerWorker(String name, String url) {
        this.name = name;
        this.database = connect(url, THREADS + OTHER_CONNECTIONS);
    }

    static HikariDataSource connect(String url, int connections) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url + "&reWriteBatchedInserts=true");
        config.setMaximumPoolSize(connections);
        return new HikariDataSource(config);
    }

    /** The task is the SKU. */
    static OneTimeTask<String> restock(DataSource database, String worker) {
        return Tasks.oneTime("restock", String.class)
                .execute((job, context) -> restock(database, worker, job.getId(), job.getData()));
    }

    private static void restock(DataSource database, String worker, String job, String sku) {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(RESTOCK)) {
            statement.setString(1, job);
            statement.setString(2, sku);
            statement.setString(3, worker);
            statement.execute();
        } catch (SQLException e) {
            throw new IllegalStateException(e); // db-scheduler tries again
        }
    }

    void start() {
        Scheduler.create(database, restock(database, name))
                .schedulerName(new SchedulerName.Fixed(name))
                .threads(THREADS)
                .pollUsingLockAndFetch(LOWER_LIMIT, UPPER_LIMIT)
                .pollingInterval(POLL)
                .build()
                .start();
        sayReady();
    }

    private void sayReady() {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement("insert into ready (worker) values (?)")) {
            statement.setString(1, name);
            statement.execute();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
