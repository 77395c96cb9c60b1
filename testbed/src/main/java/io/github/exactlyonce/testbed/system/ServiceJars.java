package io.github.exactlyonce.testbed.system;

import io.github.exactlyonce.contracts.redis.LuaScript;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import org.springframework.util.FileSystemUtils;

/** Where the packaged services are, and where the testbed keeps what belongs to a run. */
final class ServiceJars {

    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Duration KEPT = Duration.ofDays(1);

    private ServiceJars() {}

    /** {@code testbed/target/testbed} in the repository. */
    static Path workDirectory() {
        return repository().resolve("testbed/target/testbed");
    }

    /**
     * Unpacks {@code <service>/target/<service>.jar} with Boot's own {@code jarmode=tools}, once for each build of it: a build
     * while the system runs cannot pull the jar from under it, and each start takes a third less processor time than from
     * nested jars.
     *
     * @return the jar to start; its libraries are beside it
     */
    static Path unpack(String service) {
        Path jar = repository().resolve(service).resolve("target").resolve(service + ".jar");
        if (!Files.exists(jar)) {
            throw new IllegalStateException(jar + " is missing: build it with 'mvn package -DskipTests'");
        }
        return alone(directory -> {
            String build = service + "-" + fingerprint(jar);
            Path unpacked = directory.resolve(build);
            if (!Files.exists(unpacked)) {
                deleteOld(directory);
                Path halfway = directory.resolve(build + ".tmp");
                run(
                        "unpacking " + service,
                        directory.resolve("unpack-" + service + ".log"),
                        "-Djarmode=tools",
                        "-jar",
                        jar.toString(),
                        "extract",
                        "--force",
                        "--destination",
                        halfway.toString());
                Files.move(halfway, unpacked, StandardCopyOption.ATOMIC_MOVE);
            }
            return unpacked.resolve(service + ".jar");
        });
    }

    /** A script of an unpacked service, as that sends it to Redis: with what it includes, of its own or of the contracts. */
    static String script(Path unpacked, String file) {
        try (FileSystem jar = FileSystems.newFileSystem(unpacked)) {
            return LuaScript.whole(file, name -> {
                Path own = jar.getPath("META-INF", "scripts", name);
                return Files.exists(own) ? read(own) : LuaScript.text(name);
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * An archive of the classes that an unpacked service loads until it is ready (JEP 350), made once for each build and JVM: each
     * start from it takes a third less processor time again. Making it takes as long as three starts.
     */
    static Path classArchive(Path unpacked, List<String> jvmOptions) {
        return alone(directory -> {
            String jvm = System.getProperty("java.vendor") + "-" + System.getProperty("java.vm.version");
            Path archive = unpacked.resolveSibling("classes-" + jvm.replaceAll("[^A-Za-z0-9.+-]", "_") + ".jsa");
            if (!Files.exists(archive)) {
                List<String> options = new ArrayList<>(jvmOptions);
                options.addAll(List.of(
                        "-XX:ArchiveClassesAtExit=" + archive,
                        "-Dspring.context.exit=onRefresh",
                        "-jar",
                        unpacked.toString()));
                run("the class archive", unpacked.resolveSibling("archive.log"), options.toArray(String[]::new));
            }
            return archive;
        });
    }

    /** Of what is in it: builds are reproducible, so a jar's time says nothing. */
    private static String fingerprint(Path jar) throws IOException {
        CRC32 checksum = new CRC32();
        checksum.update(Files.readAllBytes(jar));
        return Long.toHexString(checksum.getValue());
    }

    private static void run(String what, Path log, String... arguments) {
        List<String> command = new ArrayList<>(List.of(ChildProcess.java()));
        command.addAll(List.of(arguments));
        ChildProcess process = new ChildProcess(what, command, Map.of(), log);
        process.start();
        if (!Polling.until(LIMIT, () -> !process.isAlive()) || process.exitCode() != 0) {
            process.kill();
            throw new IllegalStateException(what + " failed, see " + process.log());
        }
    }

    /** Several runs may begin at the same time. */
    private static synchronized <T> T alone(Work<T> work) {
        try {
            Path directory = Files.createDirectories(workDirectory().resolve("unpacked"));
            try (FileChannel lock =
                    FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                lock.lock();
                return work.in(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What is not so old may still be running. */
    private static void deleteOld(Path directory) throws IOException {
        Instant old = Instant.now().minus(KEPT);
        try (Stream<Path> all = Files.list(directory)) {
            for (Path each : all.filter(Files::isDirectory).toList()) {
                if (Files.getLastModifiedTime(each).toInstant().isBefore(old)) {
                    FileSystemUtils.deleteRecursively(each);
                }
            }
        }
    }

    @FunctionalInterface
    private interface Work<T> {
        T in(Path directory) throws IOException;
    }

    /** The directory above our own classes that has both services; the same from Maven, an IDE and a test. */
    private static Path repository() {
        Path directory = ownClasses();
        while (directory != null && !Files.exists(directory.resolve("order-service/pom.xml"))) {
            directory = directory.getParent();
        }
        if (directory == null) {
            throw new IllegalStateException(
                    "the testbed runs from a checkout of the repository, not from " + ownClasses());
        }
        return directory;
    }

    private static @Nullable Path ownClasses() {
        try {
            return Path.of(ServiceJars.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
