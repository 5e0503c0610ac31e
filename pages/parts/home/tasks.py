"""What the first page lets people try, and where to read on."""

TRY = """
1. Type any number into a calculator (in radians) and keep pressing cos. When do the digits stop
   changing?
2. In the third picture, what would happen if the iteration walked only half of each step?
3. Press Play in the last picture. At which solver time does the head change its digit?
"""
READ = """
* *Composability in Julia: implementing deep equilibrium models via neural ODEs* (2021): the article
  this app grew from.
* Bai, Kolter, Koltun: *Deep equilibrium models* (2019).
* Chen, Rubanova, Bettencourt, Duvenaud: *Neural ordinary differential equations* (2018).
* Banach: *Sur les opérations dans les ensembles abstraits* (1922): why the cosine has one fixed
  point and every start finds it.
"""
