#include "app/sandbox.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

namespace dhii::app {
namespace {

// The sandbox can't be left, so each test enters it in a child; the child's exit status tells which expectation failed.
template <class F>
int in_child(F body) {
  const pid_t child = fork();
  if (child == 0) _exit(body());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(Sandbox, CommandInjectionFindsNoWayToStartAProgram) {
  EXPECT_EQ(in_child([] {
              if (!enter_sandbox({})) return 10;
              execl("/bin/true", "true", nullptr);
              return errno == EPERM || errno == EACCES ? 0 : 11;
            }),
            0);
}

TEST(Sandbox, OnlyTheDataFolderCanBeWrittenAndForeignFilesCannotBeRead) {
  char folder[] = "/tmp/dhii-sandbox-XXXXXX";
  ASSERT_NE(mkdtemp(folder), nullptr);
  char foreign[] = "/tmp/dhii-foreign-XXXXXX";
  const int fd = mkstemp(foreign);
  ASSERT_GE(fd, 0);
  close(fd);
  const int result = in_child([&] {
    const auto report = enter_sandbox({.read_write = {folder}});
    if (!report) return 10;
    if (!report->files_confined) return 77;
    std::ofstream inside(std::string(folder) + "/x");
    inside << "x";
    inside.close();
    if (!inside) return 11;
    if (std::ifstream(foreign).good()) return 12;
    if (std::ofstream("/tmp/dhii-escape").good()) return 13;
    return 0;
  });
  unlink(foreign);
  std::filesystem::remove_all(folder);
  if (result == 77) GTEST_SKIP() << "this kernel has no Landlock";
  EXPECT_EQ(result, 0);
}

}  // namespace
}  // namespace dhii::app
