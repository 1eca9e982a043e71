"""The tests mirror livesupport/ file for file; what crosses rooms stands at the top."""
