"""What the first page lets people try, and where to read on.

It has no settings, so its tasks are no buttons.
"""

TRY = """
1. Type any number into a calculator that counts in radians, and press cos again and again. After
   how many presses do the digits 0.739 stay? Compare with the depth in picture 1.
2. In picture 3, the iteration jumps back and forth over z\\*. Would it still do so if it went only
   half of each step? See for yourself on the page **Fixed points**: method *damped*, h = 0.5.
3. Press **Play** in picture 4. From which solver time t on does the point show a 3?
"""
READ = """
* *[Composability in Julia: implementing deep equilibrium models via neural
  ODEs](https://julialang.org/blog/2021/10/DEQ/)* (2021): the article this app grew from.
* Bai, Kolter, Koltun: *[Deep equilibrium models](https://arxiv.org/abs/1909.01377)* (2019).
* Chen, Rubanova, Bettencourt, Duvenaud: *[Neural ordinary differential
  equations](https://arxiv.org/abs/1806.07366)* (2018).
* Banach: *[Sur les opérations dans les ensembles
  abstraits](https://doi.org/10.4064/fm-3-1-133-181)* (1922): why the cosine, which maps [−1, 1]
  into itself and is a contraction there, has one fixed point that every start finds.
"""
